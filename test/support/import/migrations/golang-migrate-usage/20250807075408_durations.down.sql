DROP INDEX "grant_notes";
