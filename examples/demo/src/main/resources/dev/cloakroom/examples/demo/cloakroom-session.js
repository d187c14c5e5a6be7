'use strict';

const APPLICATION = 'Cloakroom';

// tag::cloakroom
async function login() {
  // The browser has the cookie already. No script can read it.
}

function fetchOrders() {
  return fetch('/api/orders');
}
// end::cloakroom
