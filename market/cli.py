"""Commands of the market."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
market = typer.Typer(help="The rehearsal market: synthetic ads with the truth behind them, and sites that serve them.")
app.add_typer(market, name="market")

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="folder of the market")]


@market.command("make")
def make_market(
    directory: Directory,
    seed: Annotated[int, typer.Option(help="the same seed makes the same bytes")] = 1,
    ads: Annotated[int, typer.Option(min=1, help="how many ads")] = 2500,
    days: Annotated[int, typer.Option(min=1, help="simulated days")] = 14,
    hubs: Annotated[float, typer.Option(min=0.0, max=1.0, help="share of ads with a hub contact")] = 0.1,
    obfuscated: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="share of authors who disguise contacts by habit")
    ] = 0.3,
    prevalence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="share of authors who are controlled groups")
    ] = 0.03,
    red_team: Annotated[
        bool, typer.Option("--red-team", help="contacts, prices and ages in spellings the market uses nowhere else")
    ] = False,
    unseen_wording: Annotated[
        bool,
        typer.Option("--unseen-wording", help="indicator sentences of market/wording/unseen/ in place of the usual"),
    ] = False,
) -> None:
    """Write ads.jsonl, truth.jsonl and stays.jsonl, e.g. `sidelight market make market-7 --seed 7 --ads 2500`."""
    from market.grammar import UNSEEN
    from market.make import make

    try:
        count = make(
            directory,
            seed=seed,
            ads=ads,
            days=days,
            hubs=hubs,
            obfuscated=obfuscated,
            prevalence=prevalence,
            red_team=red_team,
            unseen=UNSEEN if unseen_wording else None,
        )
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    typer.echo(f"{count} ads in {directory}")


@market.command("serve")
def serve_market(
    directory: Directory,
    port: Annotated[int, typer.Option(min=0, max=65535, help="on 127.0.0.1; 0 takes a free one")] = 8600,
    day: Annotated[int | None, typer.Option(min=0, help="show that day only; without it all ads")] = None,
) -> None:
    """Serve the sites of DIR on loopback until Ctrl-C, e.g. `sidelight market serve market-7 --day 3`."""
    import asyncio
    import os

    from market.catalogue import MarketError
    from market.server import Market, listen

    async def run() -> None:
        try:
            market = Market(directory, day)
            server = await listen(market, port)
        except MarketError as problem:
            raise typer.BadParameter(str(problem)) from None
        except OSError as problem:
            raise typer.BadParameter(
                f"port {port} cannot be listened on: {os.strerror(problem.errno or 0)}; end what has it, or take --port 0"
            ) from None
        typer.echo(f"{market.url}/  (Ctrl-C ends)")
        await server.serve_forever()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        typer.echo("ended")
