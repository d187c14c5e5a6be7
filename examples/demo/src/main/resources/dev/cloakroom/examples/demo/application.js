'use strict';

// A small application, twice in the demo. session.js differs: it logs in and asks for orders.

const byId = id => document.getElementById(id);

function shorten(text) {
  return text.length > 40 ? `${text.slice(0, 14)}… (${text.length} characters)` : text;
}

function showReadable() {
  const found = Object.entries(localStorage).map(([name, value]) => `${name} = ${shorten(value)}`);
  byId('local-storage').textContent = found.join(', ') || 'nothing';
  byId('local-storage').classList.toggle('leak', found.length > 0);
  byId('cookie').textContent = document.cookie || 'nothing';
}

function tellSize() {
  parent.postMessage({ ready: true, height: document.documentElement.offsetHeight }, '*');
}

async function start() {
  const username = decodeURIComponent(location.hash.slice(1));
  byId('application').textContent = APPLICATION;
  byId('user').textContent = username;
  await login(username);
  const { orders } = await (await fetchOrders()).json();
  byId('orders').replaceChildren(...orders.map(order => {
    const item = document.createElement('li');
    item.textContent = `${order.item}, ${order.status}`;
    return item;
  }));
  showReadable();
  tellSize();
}

// Plays the hole through which a script gets in. Both applications have the same one.
addEventListener('message', event => {
  if (event.source === parent && event.data === 'inject') {
    const script = document.createElement('script');
    script.src = '/attack.js';
    document.head.append(script);
    byId('injected').hidden = false;
    tellSize();
  }
});
addEventListener('resize', tellSize);

start();
