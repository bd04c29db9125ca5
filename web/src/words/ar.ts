// What does the page say in Arabic?
import { en } from './en';

export const ar = en;
