exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.createTable("ratings", {
    id: "id",
    rating: { type: "integer", notNull: true },
    date_done: { type: "date" },
    visit_id: { type: "integer", unique: true },
  });
  return pgm.sql("CREATE INDEX ratings_i_rating_date ON ratings (rating, date_done)");
};

exports.down = (pgm) => {
  return pgm.dropTable("ratings");
};
