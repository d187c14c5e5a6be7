/**
 * Cloakroom's engine: sessions behind signed cookies.
 *
 * <p>Start at {@link dev.cloakroom.SessionEngine}.
 */
module dev.cloakroom {
    requires org.bouncycastle.provider;
    requires jdk.jfr;
    requires transitive org.jspecify;
    requires static tools.jackson.databind;

    exports dev.cloakroom;
    exports dev.cloakroom.cookie;
    exports dev.cloakroom.key;
    exports dev.cloakroom.store;
}
