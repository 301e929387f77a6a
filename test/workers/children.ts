import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes that a process has started, as Linux lists them. Each is asked who its parent is, because the list that a
 * parent has (`/proc/PID/task/PID/children`) leaves some out while others end.
 */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => statusOf(each)?.PPid === String(pid));
}

/** One of them. @throws when there is none: a signal to nobody must not go to anybody else */
export function childOf(pid: number): number {
  const [child] = childrenOf(pid);
  if (child === undefined) throw new Error(`process ${pid} has no children`);
  return child;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process has a listener for a signal, and does not just end by it. */
export function hears(pid: number, signal: number): boolean {
  const caught = BigInt(`0x${statusOf(pid)?.SigCgt ?? '0'}`);
  return ((caught >> BigInt(signal - 1)) & 1n) === 1n;
}

/** undefined when it has ended. */
function statusOf(pid: number): Record<string, string> | undefined {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, 'utf8').matchAll(/^(\w+):\s*(.*)$/gm);
    return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
  } catch {
    return undefined;
  }
}
