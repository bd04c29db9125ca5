// Does the picture follow the hand, with one question on its way and the newest one next?
import { describe, expect, test } from 'vitest';
import { latestWins } from '../../src/state/latest';

/** A centre that answers when it is told to. */
function slowCentre() {
  const asked: number[] = [];
  const told: number[] = [];
  const failed: number[] = [];
  const busy: boolean[] = [];
  const answers: { give: () => void; refuse: () => void }[] = [];
  const latest = latestWins<number, number>({
    run: (question) =>
      new Promise((resolve, reject) => {
        asked.push(question);
        answers.push({ give: () => resolve(question), refuse: () => reject(new Error('refused')) });
      }),
    onTold: (answer) => told.push(answer),
    onFailed: (_, question) => failed.push(question),
    onBusy: (now) => busy.push(now),
  });
  const settle = async (how: 'give' | 'refuse'): Promise<void> => {
    answers.shift()?.[how]();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { latest, asked, told, failed, busy, settle };
}

describe('the latest question wins', () => {
  test('never two questions are on their way, and of those that waited only the newest is sent', async () => {
    const { latest, asked, told, settle } = slowCentre();
    for (const question of [1, 2, 3, 4]) latest.ask(question);
    expect(asked).toEqual([1]);
    await settle('give');
    expect(asked).toEqual([1, 4]);
    await settle('give');
    expect(told).toEqual([1, 4]);
  });

  test('it is busy from the first question until nothing waits', async () => {
    const { latest, busy, settle } = slowCentre();
    latest.ask(1);
    latest.ask(2);
    await settle('give');
    expect(busy).toEqual([true]);
    await settle('give');
    expect(busy).toEqual([true, false]);
    latest.ask(3);
    expect(busy).toEqual([true, false, true]);
  });

  test('what was forgotten is told to nobody, and the next question is', async () => {
    const { latest, asked, told, settle } = slowCentre();
    latest.ask(1);
    latest.ask(2);
    latest.forget();
    await settle('give');
    expect(asked).toEqual([1]);
    expect(told).toEqual([]);
    latest.ask(3);
    await settle('give');
    expect(told).toEqual([3]);
  });

  test('a refusal is told and does not stop the next question', async () => {
    const { latest, told, failed, settle } = slowCentre();
    latest.ask(1);
    latest.ask(2);
    await settle('refuse');
    await settle('give');
    expect([failed, told]).toEqual([[1], [2]]);
  });
});
