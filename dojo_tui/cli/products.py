"""``dojo-tui products``: the Products of the destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.output import Column, listing
from dojo_tui.cli.workspace import opened

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from dojo_tui.model.target import Product


@make_group("products")
def command() -> None:
    """List the Products that Records can be mapped to."""


@command.command("list")
@export_options()
@click.pass_context
def products_list(context: click.Context) -> None:
    """List the Products of the destination, as it has them now."""
    with opened(context) as workspace:
        destination = workspace.destination
        # What a store that cannot be written knows must do.
        products = destination.products(fresh=not workspace.read_only)
        links = destination.links([product.ref for product in products])
        columns: list[Column[Product]] = [
            Column("ID", lambda row: row.ref, right=True),
            Column("PRODUCT", lambda row: row.name),
            Column("PRODUCT TYPE", lambda row: row.product_type),
        ]
        if workspace.server is not None:
            columns.append(Column("LINK", lambda row: links.get(row.ref, "-")))

        def shape(row: Product) -> dict[str, str | None]:
            return {
                "id": row.ref,
                "name": row.name,
                "product_type": row.product_type,
                "link": links.get(row.ref),
            }

        if exported(context, products, shape, "Product"):
            return
        listing(
            products,
            columns,
            shape,
            as_json=given(context).as_json,
            empty="No Products yet: map a Record with 'dojo-tui records map ID --product NAME'.",
        )
