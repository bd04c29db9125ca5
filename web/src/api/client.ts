// How does the page ask the centre, and in which words does it tell what failed?
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.gen';

export type Schemas = components['schemas'];

/** What the centre, or the way to it, said when a request failed; `message` is for the person who reads it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export const api = createClient<paths>({ baseUrl: '/' });

/** Turn the body of a failed answer into a sentence: a detail in words, or a list of wrong fields. */
export function wordsOfFailure(status: number, body: unknown): string {
  const detail = (body as { detail?: unknown } | undefined)?.detail;
  if (typeof detail === 'string' && detail !== '') return detail;
  if (Array.isArray(detail)) {
    const lines = detail.map((one: { loc?: unknown[]; msg?: string }) => {
      const field = (one.loc ?? []).filter((part) => part !== 'body').join('.');
      return field === '' ? (one.msg ?? '') : `${field}: ${one.msg ?? ''}`;
    });
    return lines.join('; ');
  }
  return `HTTP ${status}`;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Wait for an answer; give its data, or throw a Refusal that says in words what went wrong. Status 0: no connection. */
export async function ask<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch {
    throw new Refusal(0, '');
  }
  if (!answer.response.ok || answer.data === undefined) {
    throw new Refusal(answer.response.status, wordsOfFailure(answer.response.status, answer.error));
  }
  return answer.data;
}
