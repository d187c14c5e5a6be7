package dev.cloakroom;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants changed in a session's attributes, kept so that it can be done over again to whatever another
 * request has stored meanwhile: attributes that it did not name stay as they are then, and an update's function sees
 * the value that is there then. Not thread-safe.
 */
final class Edits {

    /** Turns an encoded value into another; null stands for none. */
    interface Edit extends UnaryOperator<byte @Nullable []> {}

    private final Map<String, Edit> byName = new LinkedHashMap<>();
    private AttributeTable preview;

    Edits(AttributeTable preview) {
        this.preview = preview;
    }

    /** Returns what the request itself sees before the commit. */
    AttributeTable preview() {
        return preview;
    }

    void preview(AttributeTable newer) {
        preview = newer;
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    /** Adds an edit that does not care what is there, and so takes the place of those before it. */
    void set(Attribute<?> attribute, Edit edit) {
        byName.put(attribute.name(), edit);
    }

    /** Adds an edit that works on what those before it left. */
    void update(Attribute<?> attribute, Edit edit) {
        byName.merge(attribute.name(), edit, (before, after) -> current -> after.apply(before.apply(current)));
    }

    void drop(Attribute<?> attribute) {
        byName.remove(attribute.name());
    }

    /** Returns a table with the edits made to it. */
    AttributeTable applyTo(AttributeTable table) {
        if (byName.isEmpty()) {
            return table;
        }
        Map<String, byte @Nullable []> values = new HashMap<>();
        byName.forEach((name, edit) -> values.put(name, edit.apply(table.encoded(name))));
        return table.with(values);
    }
}
