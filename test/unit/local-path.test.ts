import { expect, it } from '@jest/globals';
import { localPath } from '../../src/portal/sign-in.ts';

const ISSUER = 'https://auth.example.com';

it.each([
  '//evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/%2e//evil.example',
  '/a/..//evil.example',
  '/./\t/evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '///evil.example',
  ' /evil',
])('%j does not lead anywhere else', (value) => {
  const target = localPath(value);
  expect(target).toMatch(/^\/(?![/\\])/);
  expect(new URL(target, ISSUER).origin).toBe(ISSUER);
});

it.each([
  ['/apps?search=a%20b&x=1', '/apps?search=a%20b&x=1'],
  ['/apps/../teams', '/teams'],
  ['/a//b', '/a//b'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
])('%j is %s', (value, path) => {
  expect(localPath(value)).toBe(path);
});
