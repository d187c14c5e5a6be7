/** Tests of the token handler against an authorization server and an API made by hand, over real HTTP. */
@NullMarked
package dev.cloakroom.tokenhandler;

import org.jspecify.annotations.NullMarked;
