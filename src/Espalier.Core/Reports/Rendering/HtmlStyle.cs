namespace Espalier.Reports.Rendering;

/// <summary>The style sheet of the HTML report. It holds no <c>&lt;</c> and no ampersand, so that the page stays well-formed XML.</summary>
internal static class HtmlStyle
{
    public const string Css = """

        :root {
          color-scheme: light dark;
          --page: #ffffff; --ink: #1c2024; --soft: #5b6470; --rule: #d9dde2; --panel: #f5f6f8; --accent: #2f6b3c; --bar: #4a7fb5; --grid: #e6e9ed;
          --before: #c3cad3; --after: #b3470f;
          --c0: #1f6fb2; --c1: #c4551a; --c2: #23825c; --c3: #a8478f; --c4: #8a6d00; --c5: #0c8599; --c6: #c2334d; --c7: #5f5bb8;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --page: #15181c; --ink: #e4e7eb; --soft: #9aa4b0; --rule: #343a42; --panel: #1e2227; --accent: #7cc48b; --bar: #6ba3dc; --grid: #2a3037;
            --before: #4b535d; --after: #f09a5f;
            --c0: #6cb2ee; --c1: #f0935a; --c2: #5cc79b; --c3: #e08ac9; --c4: #d9b93b; --c5: #4fc3d6; --c6: #f27d90; --c7: #a7a2f2;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 58rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
        h1 { font-size: 1.75rem; line-height: 1.25; font-weight: 650; margin: 0 0 .3rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; font-weight: 650; margin: 3rem 0 .4rem; padding-top: .9rem; border-top: 1px solid var(--rule); }
        p { margin: .4rem 0 .8rem; max-width: 44rem; }
        .soft, .sub { color: var(--soft); }
        .sub { margin: 0 0 1.6rem; overflow-wrap: anywhere; }
        .verdict { font-size: 1.2rem; line-height: 1.5; margin: 0; padding: .2rem 0 .2rem 1.1rem; border-left: 4px solid var(--accent); max-width: 50rem; overflow-wrap: anywhere; }
        a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .94rem; }
        th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--rule); }
        thead th { color: var(--soft); font-weight: 500; font-size: .85rem; border-bottom-color: var(--soft); white-space: nowrap; }
        tbody th { font-weight: 500; }
        tbody th small { display: block; font-weight: 400; color: var(--soft); font-size: .82rem; max-width: 24rem; overflow-wrap: anywhere; }
        .n { text-align: right; white-space: nowrap; }
        .n small { display: block; color: var(--soft); font-size: .82rem; }
        td:last-child, th:last-child { padding-right: 0; }
        .layers { font-size: .82rem; }
        .layers th, .layers td { padding: .22rem .8rem .22rem 0; }
        .layers tbody th { font-family: ui-monospace, "SF Mono", Consolas, monospace; font-size: .78rem; font-weight: 400; }
        .facts th { width: 15.5rem; color: var(--soft); font-weight: 400; }
        .facts td { overflow-wrap: anywhere; }
        .facts .hash { font-family: ui-monospace, "SF Mono", Consolas, monospace; font-size: .78rem; line-height: 2; }
        svg { display: block; width: 100%; height: auto; }
        svg.wide { min-width: 38rem; }
        svg text { fill: var(--ink); font: 12.5px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
        svg text.tick, svg text.title { fill: var(--soft); font-size: 11.5px; }
        svg text.number { font-variant-numeric: tabular-nums; }
        svg .axis { stroke: var(--soft); stroke-width: 1; }
        svg .grid { stroke: var(--grid); stroke-width: 1; }
        svg rect.bar { fill: var(--bar); }
        svg .line { fill: none; stroke-width: 1.7; stroke-linejoin: round; }
        svg .leader { fill: none; stroke-width: 1.2; }
        svg .dashed { stroke-dasharray: 6 3; }
        svg .dotted { stroke-dasharray: 2 2; }
        svg circle { stroke: none; }
        .c0 { stroke: var(--c0); } circle.c0 { fill: var(--c0); } .c1 { stroke: var(--c1); } circle.c1 { fill: var(--c1); }
        .c2 { stroke: var(--c2); } circle.c2 { fill: var(--c2); } .c3 { stroke: var(--c3); } circle.c3 { fill: var(--c3); }
        .c4 { stroke: var(--c4); } circle.c4 { fill: var(--c4); } .c5 { stroke: var(--c5); } circle.c5 { fill: var(--c5); }
        .c6 { stroke: var(--c6); } circle.c6 { fill: var(--c6); } .c7 { stroke: var(--c7); } circle.c7 { fill: var(--c7); }
        .f0 { fill: var(--c0); background: var(--c0); } .f1 { fill: var(--c5); background: var(--c5); }
        .f2 { fill: var(--c4); background: var(--c4); } .f3 { fill: var(--before); background: var(--before); }
        svg .before { fill: var(--before); stroke: none; }
        svg .after { fill: none; stroke: var(--after); stroke-width: 1.3; stroke-linejoin: round; }
        svg.bar { height: 1.6rem; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; padding: 0; margin: .7rem 0; font-size: .88rem; color: var(--soft); font-variant-numeric: tabular-nums; }
        .swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .5em; vertical-align: -.05em; }
        .swatch.area { background: var(--before); }
        .swatch.outline { height: 2px; width: 1.2em; background: var(--after); vertical-align: .25em; }
        .cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.2rem 1.5rem; margin: .8rem 0; }
        .cells.dense { grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .8rem 1rem; }
        .cell { break-inside: avoid; min-width: 0; }
        .caption { margin: 0 0 .1rem; font-size: .82rem; color: var(--soft); overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        .caption strong { color: var(--ink); font-weight: 600; }
        .dense .caption { font-size: .74rem; }
        details { margin: .8rem 0; }
        summary { cursor: pointer; color: var(--soft); }
        ul.notes { padding-left: 1.2rem; margin: .4rem 0; }
        ul.notes li { margin: .2rem 0; overflow-wrap: anywhere; }
        pre { background: var(--panel); padding: .9rem 1.1rem; border-radius: 6px; overflow-x: auto; font: .86rem/1.5 ui-monospace, "SF Mono", Consolas, monospace; }
        @media (max-width: 40rem) {
          main { padding-top: 1.5rem; }
          .verdict { font-size: 1.08rem; }
          #comparison, #comparison thead, #comparison tbody { display: block; }
          #comparison tr { display: grid; grid-template-columns: 1fr 1fr 1fr; border-bottom: 1px solid var(--rule); padding: .4rem 0; }
          #comparison th, #comparison td { border: 0; padding: .1rem .5rem .1rem 0; white-space: normal; text-align: left; }
          #comparison th:first-child { grid-column: 1 / -1; max-width: none; }
          #comparison th:first-child:empty { display: none; }
          .facts th, .facts td { display: block; width: auto; padding: .1rem 0; }
          .facts th { border: 0; padding-top: .5rem; font-size: .85rem; }
        }
        @media print {
          :root { color-scheme: light; }
          body { font-size: 10.5pt; }
          main { max-width: none; padding: 0; }
          h2 { break-after: avoid; margin-top: 1.6rem; }
          figure, tr, pre { break-inside: avoid; }
          .scroll { overflow: visible; }
          svg.wide { min-width: 0; }
          svg rect, svg path, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          pre { white-space: pre-wrap; border: 1px solid var(--rule); }
        }
        figure { margin: .8rem 0; }

        """;
}
