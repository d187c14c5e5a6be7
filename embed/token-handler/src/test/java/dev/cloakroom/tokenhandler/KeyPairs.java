package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.jwk.RSAKey;

/** A key that is not the authorization server's, under any id: making one takes long. */
final class KeyPairs {

    private static final RSAKey KEY = AuthorizationServer.key("other");

    private KeyPairs() {}

    static RSAKey withId(String id) {
        return new RSAKey.Builder(KEY).keyID(id).build();
    }
}
