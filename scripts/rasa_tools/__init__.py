"""Rasa's environment, models and server. ``scripts/rasa -h`` tells the commands.

For evaluations and tests, all from Python 3.11, nothing of Rasa imported::

    python = prepare()                                  # environment: its interpreter; minutes the first time
    write_pack(pack, project)                           # nlu.training; or write_project(examples, project)
    model = train_model(project, out, name="trial")     # model: out/trial.tar.gz; a quarter of a minute
    with RasaServer(model) as server:                   # server: ready when it is entered
        server.parse("когда вы открыты")                # or any client: server.url, server.token
"""
