"""What do the sensors of a centre see now, worked out beside the watch and kept in its folder?

`question` names what is asked, `worker` works it out in a process of its own, `kept` writes and reads the answer,
`live` holds it for the centre, `asked` answers what people ask of it.
"""
