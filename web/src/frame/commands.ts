// What can a person tell the centre to do, and what does the page say when it is done?
import { api, ask } from '../api/client';
import type { Schemas } from '../api/client';
import type { Desk } from '../state/desk.svelte';
import type { TaskStep } from '../state/tasks';

/** Each command sends one request and gives the sentence that says it was done; a Refusal is thrown otherwise. */
export function commandsOf(desk: Desk) {
  const { say, clock } = desk.speech;
  const atAlarm = (alarm_id: string) => ({ params: { path: { alarm_id } } });
  const atIncident = (incident_id: string) => ({ params: { path: { incident_id } } });

  return {
    /** Nothing is said of it: the card itself turns to what comes next. */
    async acknowledge(alarm_id: string): Promise<string> {
      await ask(api.POST('/api/alarms/{alarm_id}/acknowledge', atAlarm(alarm_id)));
      return '';
    },
    async shelve(alarm_id: string, body: Schemas['Shelve']): Promise<string> {
      const row = await ask(api.POST('/api/alarms/{alarm_id}/shelve', { ...atAlarm(alarm_id), body }));
      return say('done_shelve', { time: clock(row.shelved_until) });
    },
    async unshelve(alarm_id: string): Promise<string> {
      await ask(api.POST('/api/alarms/{alarm_id}/unshelve', atAlarm(alarm_id)));
      return say('done_unshelve');
    },
    async close(alarm_id: string, body: Schemas['Close']): Promise<string> {
      await ask(api.POST('/api/alarms/{alarm_id}/close', { ...atAlarm(alarm_id), body }));
      return say('done_close');
    },
    async look(alarm_id: string, sensor_id: string): Promise<string> {
      const body = { sensor_id };
      await ask(api.POST('/api/alarms/{alarm_id}/look', { ...atAlarm(alarm_id), body }));
      return say('done_look', { sensor: sensor_id });
    },
    async send(body: Schemas['SendTask']): Promise<string> {
      const row = await ask(api.POST('/api/tasks', { body }));
      return say('done_send', { callsign: row.callsign });
    },
    async step(task: Schemas['TaskRow'], step: TaskStep, note: string): Promise<string> {
      const params = { path: { task_id: task.task_id, step } };
      const body = { by_radio: true, note };
      const row = await ask(api.POST('/api/tasks/{task_id}/{step}', { params, body }));
      return say('done_step', { callsign: row.callsign, state: say(`task_${row.state}`) });
    },
    async openIncident(
      body: Schemas['OpenIncident'],
      onopened: (incident_id: string) => void = () => {},
    ): Promise<string> {
      const row = await ask(api.POST('/api/incidents', { body }));
      onopened(row.incident_id);
      return say('done_incident');
    },
    async updateIncident(incident_id: string, body: Schemas['UpdateIncident']): Promise<string> {
      await ask(api.POST('/api/incidents/{incident_id}/update', { ...atIncident(incident_id), body }));
      return say('done_update');
    },
    async closeIncident(incident_id: string, outcome: string): Promise<string> {
      const body = { outcome };
      await ask(api.POST('/api/incidents/{incident_id}/close', { ...atIncident(incident_id), body }));
      return say('done_close');
    },
    async stateWeather(body: Schemas['StateWeather']): Promise<string> {
      const row = await ask(api.POST('/api/weather', { body }));
      return say('done_weather', { time: clock(row.valid_until) });
    },
    async log(body: Schemas['LogRadio']): Promise<string> {
      await ask(api.POST('/api/radio', { body }));
      return say('done_radio');
    },
  };
}

export type Commands = ReturnType<typeof commandsOf>;
