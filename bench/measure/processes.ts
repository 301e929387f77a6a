import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time for /proc in hundredths of a second. */
const TICK_MICROSECONDS = 10_000;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Own time and that of children that ended and were waited for, in ticks. */
  readonly ticks: number;
  readonly residentPages: number;
}

const PAGE_BYTES = 4096;

/** CPU time in µs that a process and everything below it have taken so far. */
export function cpuOf(root: number): number {
  return treeOf(root).reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MICROSECONDS;
}

/** CPU time in µs that nobody has taken so far, of all cores. */
export function idleCpu(): number {
  const [, , , , idle = 0, waiting = 0] = (readFileSync('/proc/stat', 'latin1').split('\n')[0] ?? '')
    .split(/ +/)
    .map(Number);
  return (idle + waiting) * TICK_MICROSECONDS;
}

/** Resident memory in bytes of a process and everything below it. */
export function residentMemoryOf(root: number): number {
  return treeOf(root).reduce((sum, { residentPages }) => sum + residentPages, 0) * PAGE_BYTES;
}

/** The same, but what several processes share is counted once (`Pss` of proc_pid_smaps(5)). */
export function proportionalMemoryOf(root: number): number {
  return treeOf(root).reduce((sum, { pid }) => sum + proportionalBytes(pid), 0);
}

function proportionalBytes(pid: number): number {
  try {
    return 1024 * Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Resident memory in bytes of each process that a process has started, in the order in which it did. */
export function memoryOfChildren(parent: number): number[] {
  return treeOf(parent)
    .filter((member) => member.parent === parent)
    .sort((a, b) => a.pid - b.pid)
    .map(({ residentPages }) => residentPages * PAGE_BYTES);
}

/** The process and all that come from it and still run. */
function treeOf(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readStat(Number(pid)) ?? []);
  const tree = all.filter(({ pid }) => pid === root);
  for (const member of tree) tree.push(...all.filter(({ parent }) => parent === member.pid));
  return tree;
}

export function parentOf(pid: number): number | undefined {
  return readStat(pid)?.parent;
}

/** proc(5). The name in parentheses may hold anything, so fields are counted from behind it. */
function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (number: number) => Number(fields[number - 3]);
    return { pid, parent: at(4), ticks: at(14) + at(15) + at(16) + at(17), residentPages: at(24) };
  } catch {
    return undefined;
  }
}
