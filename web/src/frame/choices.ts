// Among what does a person choose, and in which order? Help for people comes first.
import type { Schemas } from '../api/client';

export const INCIDENT_KINDS: readonly Schemas['IncidentRow']['kind'][] = [
  'person in distress or asking for protection',
  'attack on a post',
  'crossing attempt',
  'crossing found later',
  'apprehension',
  'explosive hazard',
  'abduction',
  'smuggling',
  'tunnel',
  'damage to the barrier',
  'other',
];

export const DISPOSITIONS: readonly Schemas['Close']['disposition'][] = [
  'confirmed',
  'benign',
  'nuisance',
  'false',
  'own_activity',
  'technical',
  'undetermined',
];
