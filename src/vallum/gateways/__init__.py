"""Which outside languages does a centre understand?

- `sapient`: BSI Flex 335 v2 (SAPIENT) over TCP; sensors dial in, report, and may be asked to look.
- `copernicus`: Copernicus DEM GLO-30 and GLO-90 over HTTP; tiles of ground, resumed, checked, cached.

A gateway turns an outside language into the values of `watch` and `assets`, and never the other way into trouble: what
it cannot believe it sets aside with a reason. Gateways do not import each other; a new language is one new package
here and one line above.
"""
