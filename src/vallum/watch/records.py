"""What does the journal keep of a watch."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from vallum.watch import alarm, alarm_rule, incident, look, quarantine, radio_log, task, weather

VIEWS: dict[str, type[BaseModel]] = {
    "alarms": alarm.AlarmRow,
    "incidents": incident.IncidentRow,
    "tasks": task.TaskRow,
    "radio": radio_log.RadioRow,
    "quarantine": quarantine.QuarantineRow,
    "weather": weather.WeatherRow,
    "alarm_rules": alarm_rule.AlarmRuleRow,
}
RECORDS: dict[str, tuple[type[BaseModel], str | None, Any]] = {
    "alarm.raised": (alarm.AlarmRaised, "alarms", alarm.raised),
    "alarm.acknowledged": (alarm.AlarmAcknowledged, "alarms", alarm.acknowledged),
    "alarm.shelved": (alarm.AlarmShelved, "alarms", alarm.shelved),
    "alarm.unshelved": (alarm.AlarmUnshelved, "alarms", alarm.unshelved),
    "alarm.closed": (alarm.AlarmClosed, "alarms", alarm.closed),
    "look.asked": (look.LookAsked, "alarms", alarm.look_asked),
    "look.answered": (look.LookAnswered, "alarms", alarm.look_answered),
    "incident.opened": (incident.IncidentOpened, "incidents", incident.opened),
    "incident.updated": (incident.IncidentUpdated, "incidents", incident.updated),
    "incident.closed": (incident.IncidentClosed, "incidents", incident.closed),
    "task.sent": (task.TaskSent, "tasks", task.sent),
    **dict.fromkeys(task.TRANSITIONS, (task.TaskMoved, "tasks", task.moved)),
    "radio.logged": (radio_log.RadioLogged, "radio", radio_log.logged),
    "report.quarantined": (quarantine.ReportQuarantined, "quarantine", quarantine.quarantined),
    "weather.stated": (weather.WeatherStated, "weather", weather.stated),
    "alarm_rule.changed": (alarm_rule.AlarmRuleChanged, "alarm_rules", alarm_rule.changed),
}
