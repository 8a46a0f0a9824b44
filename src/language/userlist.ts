import { timingSafeEqual } from 'node:crypto';
import { cryptPassword } from '../base/crypt.js';
import type { UserlistModel } from '../config/model.js';

/** Whether the password is that of the user, compared in constant time (manual 12.1). */
export function checkPassword(list: UserlistModel, user: string, password: string): boolean {
  const found = list.users.find((one) => one.name === user);
  if (found === undefined) return false;
  const given = found.insecure ? password : cryptPassword(password, found.password);
  return given !== undefined && sameText(given, found.password);
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a, 'latin1');
  const right = Buffer.from(b, 'latin1');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Groups of a user, named on the user's line or listing the user on their own. */
export function groupsOf(list: UserlistModel, user: string): string[] {
  const own = list.users.find((one) => one.name === user)?.groups ?? [];
  const listed = list.groups.filter((group) => group.users.includes(user)).map((group) => group.name);
  return [...new Set([...own, ...listed])];
}
