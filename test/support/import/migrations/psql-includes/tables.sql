CREATE TABLE students (
  number text PRIMARY KEY,
  name text NOT NULL,
  program text NOT NULL
);
CREATE TABLE courses (
  code char(6) PRIMARY KEY,
  credits float NOT NULL
);
CREATE TABLE waiting (
  student text REFERENCES students,
  course char(6) REFERENCES courses,
  position int NOT NULL,
  PRIMARY KEY (student, course),
  UNIQUE (course, position)
);
CREATE INDEX waiting_position ON waiting (position);
