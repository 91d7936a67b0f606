"""Documents: answers that PostgreSQL writes as JSON, in the shape that a serializer declares.

For what is asked all the time. The ORM then costs most of a request (building and compiling
querysets, making instances, gathering related rows), so here it does that once for each process:
`fields` makes an expression of a serializer, `statements` compiles a queryset with it to prepared
SQL with named values, and `listing` finds one or a page of them. What stands nowhere but in the serializer is its
shape; tests hold the document against what the serializer renders.
"""

from pupmatch.lib.documents.expressions import Param
from pupmatch.lib.documents.fields import document
from pupmatch.lib.documents.instances import Instances
from pupmatch.lib.documents.listing import Document, Listing
from pupmatch.lib.documents.statements import Statement, surroundings

__all__ = ["Document", "Instances", "Listing", "Param", "Statement", "document", "surroundings"]
