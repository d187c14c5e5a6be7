/**
 * OAuth and OpenID Connect for single-page applications: a script in the browser never sees a token
 * (draft-ietf-oauth-browser-based-apps, backend for frontend).
 *
 * <p>Start at {@link dev.cloakroom.tokenhandler.TokenHandler}.
 */
@NullMarked
package dev.cloakroom.tokenhandler;

import org.jspecify.annotations.NullMarked;
