import type { MigrationInterface, QueryRunner } from "typeorm";

export class Player1551636000000 implements MigrationInterface {
  name = "Player1551636000000";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE "player" ("id" SERIAL NOT NULL, "teamId" integer, "score" integer, CONSTRAINT "PK_65edadc946a7faf4b638d5e8885" PRIMARY KEY ("id"))`,
    );
    await queryRunner.query(
      `CREATE INDEX "IDX_c56120106977cc14f975726af0" ON "player" ("teamId") `,
    );
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX "IDX_c56120106977cc14f975726af0"`);
    await queryRunner.query(`DROP TABLE "player"`);
  }
}
