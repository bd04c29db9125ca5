// What does the page say in Sorani Kurdish?
import { en } from './en';

export const ckb = en;
