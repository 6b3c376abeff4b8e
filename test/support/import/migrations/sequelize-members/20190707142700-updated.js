module.exports = {
  up: (queryInterface) => {
    return queryInterface.sequelize.query(`
      CREATE INDEX CONCURRENTLY members_updated_at_idx ON members (updated_at);
    `);
  },

  down: (queryInterface) => {
    return queryInterface.sequelize.query(`
      DROP INDEX IF EXISTS members_updated_at_idx;
    `);
  },
};
