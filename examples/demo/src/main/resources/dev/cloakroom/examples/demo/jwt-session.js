'use strict';

const APPLICATION = 'JWT in local storage';

// tag::jwt
async function login(username) {
  const credentials = JSON.stringify({ username, password: 'demo' });
  const answer = await fetch('/login', { method: 'POST', body: credentials });
  localStorage.setItem('access_token', (await answer.json()).access_token);
}

function fetchOrders() {
  const token = localStorage.getItem('access_token');
  return fetch('/orders', { headers: { Authorization: `Bearer ${token}` } });
}
// end::jwt
