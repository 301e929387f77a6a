export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Cuts a stream of text into server-sent events (WHATWG HTML §9.2.6), as far as this feed needs it: `id` and `retry` are
 * passed over. @returns what to feed the text to
 * @throws from that function, when one event grows beyond `maxCharacters`
 */
export function createEventParser(onEvent: (event: ServerSentEvent) => void, maxCharacters: number) {
  let pending = '';
  let event = '';
  let lines: string[] = [];
  let size = 0;

  function take(line: string): void {
    if (line === '') {
      if (lines.length > 0) onEvent({ event: event || 'message', data: lines.join('\n') });
      event = '';
      lines = [];
      size = 0;
      return;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    size += line.length;
    if (field === 'event') event = value ?? '';
    if (field === 'data') lines.push(value ?? '');
  }

  return (text: string): void => {
    // A CR at the end may be the first half of a CRLF that is still on its way: it waits.
    const complete = (pending + text).split(/\r\n|\n|\r(?!$)/);
    pending = complete.pop() ?? '';
    for (const line of complete) take(line);
    if (size + pending.length > maxCharacters) throw new Error('a server-sent event is too large');
  };
}
