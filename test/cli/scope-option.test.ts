import { describe, expect, it } from '@jest/globals';
import { parseScopeOption } from '../../src/cli/apis/scope-option.ts';

describe('the value of --scope', () => {
  it.each([
    ['read', 'read', ''],
    ['reports:read', 'reports:read', ''],
    ['urn:example:reports:read', 'urn:example:reports:read', ''],
    ['https://api.example.com/reports.read', 'https://api.example.com/reports.read', ''],
    ['api:Mail.Read', 'api:Mail.Read', ''],
    ['REPORTS:READ', 'REPORTS:READ', ''],
    ['read:Read', 'read', 'Read'],
    ['reports:read:Read', 'reports:read', 'Read'],
    ['read:Read reports', 'read', 'Read reports'],
    ['reports:read:Read reports', 'reports:read', 'Read reports'],
    ['reports:read:read all reports', 'reports:read', 'read all reports'],
    ['reports:read: reading', 'reports:read', 'reading'],
    ['reports:read:Read reports: all of them', 'reports:read', 'Read reports: all of them'],
    ['reports:read:Über', 'reports:read', 'Über'],
    ['Reports:Read', 'Reports', 'Read'],
    ['Reports:Read:', 'Reports:Read', ''],
  ])('%j is the scope %j with the description %j', (value, name, description) => {
    expect(parseScopeOption(value)).toEqual({ name, description });
  });
});
