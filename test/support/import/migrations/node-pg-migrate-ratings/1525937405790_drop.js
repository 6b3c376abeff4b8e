exports.up = (pgm) => {
  return pgm.sql("DROP INDEX ratings_i_rating_date");
};

exports.down = (pgm) => {
  return pgm.sql("CREATE INDEX ratings_i_rating_date ON ratings (rating, date_done)");
};
