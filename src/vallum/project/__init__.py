"""What does a project folder say: its files become values, or a list of everything that has to be mended."""

from vallum.project.blank import new
from vallum.project.folder import load
from vallum.project.problem import Problem, ProjectError
from vallum.project.project import CrossingPoint, Place, Project

__all__ = ["CrossingPoint", "Place", "Problem", "Project", "ProjectError", "load", "new"]
