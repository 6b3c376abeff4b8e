import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { WriteStats, WriteTotals } from "./writer-journal.ts";

export type { Failure, WriteStats, WriteTotals } from "./writer-journal.ts";

export type Question =
	| { kind: "start"; url: string; name: string }
	| { kind: "stats"; from: number; to: number }
	| { kind: "stop" };

export type Reply = { id: number; value?: unknown; error?: string };

export interface Writer {
	readonly pid: number;
	/** Writes under way at any moment of the window, given in epoch milliseconds. */
	statsBetween(startMs: number, endMs: number): Promise<WriteStats>;
	/** Lets the writes in flight finish, ends the process, and returns what was written in all. */
	stop(): Promise<WriteTotals>;
}

/** Starts an application that writes all the time, in a process of its own: nothing that this
 * process does can make its writes look slow. */
export async function startWriter(
	url: string,
	{ name }: { name: string },
): Promise<Writer> {
	const child = fork(join(import.meta.dirname, "writer-process.ts"), {
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const ask = questions(child, name);
	try {
		await ask({ kind: "start", url, name });
	} catch (error) {
		await end(child);
		throw error;
	}
	return {
		pid: child.pid ?? 0,
		statsBetween: (from, to) =>
			ask({ kind: "stats", from, to }) as Promise<WriteStats>,
		stop: async () => {
			const totals = (await ask({ kind: "stop" })) as WriteTotals;
			await end(child);
			return totals;
		},
	};
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, "exit");
	if (child.connected) child.disconnect();
	await ended;
}

interface Pending {
	resolve(value: unknown): void;
	reject(error: Error): void;
}

function questions(child: ChildProcess, name: string) {
	const pending = new Map<number, Pending>();
	let last = 0;
	child.on("message", ({ id, value, error }: Reply) => {
		const waiting = pending.get(id);
		pending.delete(id);
		if (error === undefined) waiting?.resolve(value);
		else waiting?.reject(new Error(`writer ${name}: ${error}`));
	});
	child.on("exit", (code, signal) => {
		for (const { reject } of pending.values())
			reject(
				new Error(`writer ${name} ended with ${signal ?? `code ${code}`}`),
			);
		pending.clear();
	});
	return (question: Question): Promise<unknown> =>
		new Promise((resolve, reject) => {
			const id = ++last;
			pending.set(id, { resolve, reject });
			child.send({ id, question }, (error) => {
				if (error && pending.delete(id))
					reject(new Error(`writer ${name} has ended`));
			});
		});
}
