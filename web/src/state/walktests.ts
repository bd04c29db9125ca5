// Which walk tests of a sensor still say something about it? Those since it was last moved or turned.
import type { Schemas } from '../api/client';

/** The tests that count, the newest first: one made on the day of the move or later. */
export function countingTests(
  sensor: Pick<Schemas['SensorRow'], 'walk_tests' | 'moved_at'>,
): readonly Schemas['WalkTest'][] {
  const since = sensor.moved_at?.slice(0, 10) ?? '';
  return sensor.walk_tests
    .filter((test) => test.on >= since)
    .sort((one, other) => other.on.localeCompare(one.on));
}
