"""How does ground come from the Copernicus programme: which tiles, over a bad line, and can they be believed?"""

from vallum.gateways.copernicus.fetch import Fetched, fetch
from vallum.gateways.copernicus.tile import PRODUCTS, Product, Tile, tiles_of

__all__ = ["PRODUCTS", "Fetched", "Product", "Tile", "fetch", "tiles_of"]
