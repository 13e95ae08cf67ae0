#pragma once

#include <tweed/core/namespace.hpp>

#include <string_view>

namespace TWEED_NAMESPACE::reporting {

/// CSS of all pages: for any width, light and dark, with no font of its own.
inline constexpr std::string_view page_style = R"css(
:root {
  --paper: #faf8f4; --card: #fffefb; --ink: #22201c; --soft: #6d675d; --line: #e5dfd3;
  --c0: #b8492b; --c1: #2a6a91; --c2: #6f7d1f; --c3: #7a4d9c; --c4: #b57a12; --c5: #2f8273;
  --right: 42 106 145; --wrong: 200 78 44; --shade: 0 0 0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161513; --card: #1e1c19; --ink: #ece7de; --soft: #a29a8c; --line: #35312b;
    --c0: #ef8a66; --c1: #74b3d8; --c2: #b5c35a; --c3: #bd96dd; --c4: #e2b04c; --c5: #6fc4b3;
    --right: 88 156 196; --wrong: 226 104 66; --shade: 255 255 255;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif;
  font-feature-settings: "tnum"; -webkit-font-smoothing: antialiased;
}
main { max-width: 1060px; margin: 0 auto; padding: 72px 32px 48px; }
h1, h2, h3 { line-height: 1.15; letter-spacing: -0.022em; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(2rem, 5.2vw, 3.5rem); font-weight: 650; max-width: 18em; }
h2 { font-size: 1.55rem; font-weight: 620; }
h3 { font-size: 1.05rem; font-weight: 620; letter-spacing: -0.01em; }
p { margin: 0; }
.over { color: var(--c0); font-weight: 600; font-size: 0.9rem; margin-bottom: 14px; }
.lead { font-size: 1.15rem; color: var(--soft); max-width: 46em; margin-top: 22px; }
.about { color: var(--soft); max-width: 46em; margin: 8px 0 0; }
section { margin-top: 72px; }
section > :last-child { margin-top: 24px; }

.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(116px, 1fr)); gap: 24px;
  margin-top: 40px; padding-top: 24px; border-top: 1px solid var(--line);
}
.figure b { display: block; font-size: 1.6rem; font-weight: 620; letter-spacing: -0.02em; }
.figure span { color: var(--soft); font-size: 0.9rem; }

.advice {
  list-style: none; padding: 0; display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fit, minmax(270px, 1fr));
}
.advice li {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px;
  display: flex; flex-direction: column;
}
.advice p { color: var(--soft); margin: 8px 0 16px; font-size: 0.95rem; }
code {
  font: 0.84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  background: rgb(var(--shade) / 0.06); border-radius: 6px; padding: 6px 10px; margin-top: auto;
}
code span { white-space: nowrap; }

.charts { display: grid; gap: 24px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.chart {
  margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 18px 18px 12px;
}
.chart figcaption { font-weight: 600; font-size: 0.95rem; margin-bottom: 8px; }
.chart svg { display: block; width: 100%; height: auto; overflow: visible; }
.chart text { fill: var(--soft); font-size: 12px; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.chart .spread { stroke: none; opacity: 0.16; }
polyline.c0 { stroke: var(--c0); } polyline.c1 { stroke: var(--c1); } polyline.c2 { stroke: var(--c2); }
polyline.c3 { stroke: var(--c3); } polyline.c4 { stroke: var(--c4); } polyline.c5 { stroke: var(--c5); }
.chart .bars { opacity: 0.75; } .chart .points { opacity: 0.45; }
rect.c0 { fill: var(--c0); } rect.c1 { fill: var(--c1); }
polygon.c0, circle.c0 { fill: var(--c0); } polygon.c1, circle.c1 { fill: var(--c1); }
polygon.c2, circle.c2 { fill: var(--c2); } polygon.c3, circle.c3 { fill: var(--c3); }
polygon.c4, circle.c4 { fill: var(--c4); } polygon.c5, circle.c5 { fill: var(--c5); }
.about + .legend { margin-top: 18px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 0.88rem; color: var(--soft); margin-bottom: 8px; }
.legend span::before {
  content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 7px;
  background: var(--mark);
}
.c0 { --mark: var(--c0); } .c1 { --mark: var(--c1); } .c2 { --mark: var(--c2); }
.c3 { --mark: var(--c3); } .c4 { --mark: var(--c4); } .c5 { --mark: var(--c5); }

table { border-collapse: collapse; font-size: 0.92rem; }
th { text-align: left; font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; }
.confusion { table-layout: fixed; width: 100%; max-width: 760px; border-spacing: 3px; border-collapse: separate; }
.confusion tr > :first-child { width: 104px; padding-right: 8px; text-align: right; }
.confusion .turned { text-align: center; height: 92px; vertical-align: bottom; padding: 0 0 6px; }
.confusion .turned span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.confusion td { height: 44px; text-align: center; border-radius: 6px; font-size: 0.85rem; }
.confusion .wrong { background: rgb(var(--wrong) / calc(0.03 + 1.1 * var(--share))); }
.confusion .right { background: rgb(var(--right) / calc(0.03 + 0.75 * var(--share))); color: #fff; font-weight: 600; }

.classes, .time, .data { width: 100%; }
.classes th, .classes td, .time th, .time td, .data th, .data td {
  padding: 9px 12px 9px 0; border-bottom: 1px solid var(--line);
}
.classes tr:first-child th, .data tr:first-child th { color: var(--soft); font-size: 0.85rem; }
.classes tr > :last-child, .time tr > :last-child, .data tr > :last-child { padding-right: 0; }
.classes td:first-of-type, .classes td:nth-of-type(2) { width: 38%; }
.classes td:first-of-type, .classes td:nth-of-type(2) { text-align: left; }
.bar { display: inline-block; width: calc(100% - 74px); height: 8px; margin-right: 12px; border-radius: 4px; background: rgb(var(--shade) / 0.07); }
.bar i { display: block; height: 8px; border-radius: 4px; background: var(--c1); }

.mistakes img, .examples img, .augmented img {
  display: block; width: 100%; image-rendering: pixelated; border-radius: 6px; background: #000;
  box-shadow: 0 0 0 1px var(--line);
}

.mistakes { display: grid; gap: 22px 16px; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); }
.mistakes figure { margin: 0; }
.mistakes figcaption { font-size: 0.82rem; line-height: 1.35; margin-top: 8px; }
.mistakes figcaption > * { display: block; }
.mistakes figcaption span { color: var(--soft); }

section > h3 { margin-top: 32px; }
section > .examples { margin-top: 14px; }
.examples { display: grid; gap: 28px 20px; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); }
.examples figure { margin: 0; display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; }
.examples figcaption { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; font-size: 0.82rem; color: var(--soft); }

.augmented { display: grid; gap: 6px; grid-template-columns: 1fr 6px repeat(5, 1fr); max-width: 760px; font-size: 0.82rem; color: var(--soft); }
.augmented .rest { grid-column: 3 / -1; }
.augmented img:nth-of-type(6n + 1) { grid-column: 1; } .augmented img:nth-of-type(6n + 2) { grid-column: 3; }

.filters { display: grid; gap: 10px; grid-template-columns: repeat(16, 1fr); }
.network { overflow: auto; max-height: 960px; }
.network svg { display: block; height: auto; margin: 0 auto; max-width: 100%; }
.filters img { display: block; width: 100%; image-rendering: pixelated; border-radius: 6px; }

.time th { width: 30%; }
.time td:first-of-type { width: 46%; }
.time small { display: block; color: var(--soft); font-size: 0.82rem; font-weight: 400; }
.stripes { display: flex; height: 12px; border-radius: 4px; overflow: hidden; }
.stripes i { background: var(--mark); }

dl { display: grid; gap: 18px 32px; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 2px 0 0; overflow-wrap: anywhere; }
footer { margin-top: 72px; padding-top: 20px; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.88rem; }

@media (max-width: 640px) {
  main { padding: 40px 18px 32px; }
  section { margin-top: 56px; }
  .lead { font-size: 1.05rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: 18px; }
  .chart { padding: 14px 12px 8px; }
  .chart text { font-size: 16px; }
  .confusion { border-spacing: 2px; }
  .confusion tr > :first-child { width: 74px; font-size: 0.76rem; padding-right: 4px; }
  .confusion td { height: 28px; font-size: 0.64rem; padding: 0; border-radius: 4px; letter-spacing: -0.03em; }
  .confusion .turned { font-size: 0.76rem; height: 80px; }
  .classes { font-size: 0.84rem; }
  .classes .bar { display: none; }
  .classes td:first-of-type, .classes td:nth-of-type(2) { width: auto; text-align: right; }
  .classes th:not(:first-child) { text-align: right; }
  .time { font-size: 0.82rem; }
  .time small { display: none; }
  .time th { width: 36%; overflow-wrap: anywhere; }
  .time td:first-of-type { width: 26%; }
  .mistakes { grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); gap: 18px 12px; }
  .filters { grid-template-columns: repeat(8, 1fr); gap: 5px; }
  .data { font-size: 0.82rem; }
  .data th, .data td { padding-right: 8px; }
}
)css";

}  // namespace TWEED_NAMESPACE::reporting
