# exit: 4
raise SystemExit(260)
