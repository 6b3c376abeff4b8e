exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.sql("CREATE UNIQUE INDEX ratings_ui_visit_id ON ratings (visit_id )");
  pgm.sql("ALTER TABLE ratings RENAME COLUMN rating TO stars");
  return pgm.sql("CREATE INDEX ratings_i_good ON ratings (stars DESC) WHERE stars > 3");
};

exports.down = (pgm) => {
  return pgm.sql("DROP INDEX ratings_ui_visit_id, ratings_i_good");
};
