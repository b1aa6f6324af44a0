"""The job queue: Procrastinate's own schema, as the pinned package ships it, and the beat of the clock."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    connection = op.get_bind()
    op.execute("create schema queue")
    op.execute("set local search_path = queue")
    connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path = public")
    op.execute("create table queue.clock_beat (id int primary key check (id = 1), ticked_at timestamptz not null)")
    op.execute("grant usage on schema queue to rems_app")
    op.execute("grant select, insert, update, delete on all tables in schema queue to rems_app")
    op.execute("grant usage on all sequences in schema queue to rems_app")
