"""datetime, calendar, time zones of fixed offset."""
import calendar
from datetime import date, datetime, time, timedelta, timezone

moment = datetime(2024, 2, 28, 23, 59, 30, 5)
print(moment + timedelta(days=1, seconds=45), moment.isoformat(), repr(moment))
print(date(2024, 3, 1) - date(2024, 2, 1), date(2024, 2, 29).weekday(), tuple(date(2024, 12, 30).isocalendar()))
print(moment.strftime("%Y-%m-%d %H:%M:%S %j %a %B"), datetime.strptime("2021-05-06 07:08", "%Y-%m-%d %H:%M"))
zone = timezone(timedelta(hours=5, minutes=30), "IST")
aware = moment.replace(tzinfo=zone)
print(aware, aware.astimezone(timezone.utc), aware.tzname(), aware.utcoffset())
print(datetime.fromisoformat("2020-01-02T03:04:05+01:00"), time(1, 2).isoformat(), timedelta(hours=-1), timedelta(days=2) / timedelta(hours=5))
print(sorted([date(2020, 1, 2), date(2019, 5, 5)]), date.max, datetime.min)
print(calendar.month(2024, 2), calendar.isleap(2100), calendar.monthrange(2023, 2))
try:
    date(2023, 2, 29)
except ValueError as error:
    print("ValueError")
