"""How surely is a crossing of a centre's line interrupted, worked out beside the watch and asked by planners?

`question` names what is asked, `worker` works it out in a process of its own and goes on answering what-if, `process`
talks to it, `kept` finds answers in the centre's folder, `live` holds all this for the centre.
"""
