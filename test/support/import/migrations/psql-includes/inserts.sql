COPY students (number, name, program) FROM stdin;
1111111111	N1	Prog1
2222222222	N2	\\ir Prog2
\.

INSERT INTO courses VALUES ('CCC111', 22.5);
