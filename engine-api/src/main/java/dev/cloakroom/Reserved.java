package dev.cloakroom;

import java.time.Instant;
import java.util.Map;

/** What the engine itself keeps among a session's attributes. */
final class Reserved {

    static final Attribute<String> PRINCIPAL = Attribute.reserved("principal", AttributeType.STRING);
    static final Attribute<Instant> LOGGED_IN_AT = Attribute.reserved("logged-in-at", AttributeType.INSTANT);
    static final Attribute<Boolean> PERSISTENT = Attribute.reserved("persistent", AttributeType.BOOLEAN);
    static final Attribute<Map<String, String>> METADATA =
            Attribute.reserved("metadata", AttributeType.mapOf(AttributeType.STRING));

    /** What their names begin with. */
    static final char MARK = '\0';

    private Reserved() {}

    static boolean isReserved(String name) {
        return name.charAt(0) == MARK;
    }

    /** Returns where the lease of an attribute's refresh is kept. */
    static Attribute<byte[]> lease(Attribute<?> attribute) {
        return Attribute.reserved("lease:" + attribute.name(), AttributeType.BYTES);
    }
}
