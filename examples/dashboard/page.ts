import type { Orders, Revenue, Task } from './apis.ts';
import type { Result, Tiles } from './tiles.ts';

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (body: string) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Harbour · dashboard</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dashboard.css">
</head>
<body>
${body}
</body>
</html>`;

const BRAND = '<a class="brand" href="/"><span aria-hidden="true"></span>Harbour</a>';

export const welcomePage = () =>
  page(`<header>${BRAND}</header>
<main class="welcome">
<h1>Your day at a look</h1>
<p>Orders, revenue and your own tasks, from two systems, on one page.</p>
<p><a class="button" href="/sign-in">Sign in</a></p>
</main>`);

export const problemPage = (what: string) =>
  page(`<header>${BRAND}</header>
<main class="welcome">
<h1>That did not work</h1>
<p>${escaped(what)}</p>
<p><a class="button" href="/">Back</a></p>
</main>`);

export const dashboardPage = (name: string, { orders, revenue, tasks }: Tiles) =>
  page(`<header>${BRAND}
<form method="post" action="/sign-out"><span class="who">${escaped(name)}</span><button>Sign out</button></form>
</header>
<main>
<h1>Good day, ${escaped(name.split(' ')[0] ?? name)}</h1>
<div class="tiles">
${tile('Open orders', 'Reports, read by the dashboard', orders, drawOrders)}
${tile('Revenue', 'Reports, read by the dashboard', revenue, drawRevenue)}
${tile('Your tasks', 'Tasks, read on your behalf', tasks, drawTasks)}
</div>
</main>`);

function tile<T>(title: string, source: string, result: Result<T>, draw: (content: T) => string): string {
  const body = result.ok ? draw(result.content) : drawRefusal(result);
  return `<section class="tile${result.ok ? '' : ' refused'}" aria-label="${escaped(title)}">
<h2>${escaped(title)}</h2>
${body}
<p class="source">${escaped(source)}</p>
</section>`;
}

function drawRefusal({ why, what, href }: { why: string; what: string; href?: string }): string {
  const action = href ? `<a href="${escaped(href)}">${escaped(what)}</a>` : escaped(what);
  return `<p class="why">${escaped(why)}</p>\n<p>${action}</p>`;
}

function drawOrders({ open, days }: Orders): string {
  const most = Math.max(...days);
  const bars = days.map((count, index) => {
    const height = Math.round((count / most) * 40);
    return `<rect x="${index * 16}" y="${40 - height}" width="10" height="${height}" rx="2"/>`;
  });
  return `<p class="number">${open}</p>
<svg class="bars" viewBox="0 0 106 40" preserveAspectRatio="xMinYMax" role="img" aria-label="Orders of the last seven days: ${days.join(', ')}">${bars.join('')}</svg>
<p class="caption">The last seven days</p>`;
}

function drawRevenue({ month, change }: Revenue): string {
  const amount = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });
  return `<p class="number">${amount.format(month)}</p>
<p class="change">${change >= 0 ? '+' : ''}${change} % against the month before</p>`;
}

function drawTasks(tasks: readonly Task[]): string {
  const rows = tasks.map(
    ({ title, due, done }) =>
      `<li${done ? ' class="done"' : ''}><span>${escaped(title)}</span><span class="due">${escaped(due)}</span></li>`,
  );
  return `<ul>${rows.join('')}</ul>`;
}
