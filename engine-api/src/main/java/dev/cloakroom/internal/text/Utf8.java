package dev.cloakroom.internal.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Encodes text as UTF-8. Refuses text that UTF-8 cannot express. */
public final class Utf8 {

    private Utf8() {}

    /**
     * Returns a text in UTF-8. The platform's methods replace half a surrogate pair by a question mark, so that
     * different texts, such as two principals, would become equal.
     *
     * @param what the name of the text, for the message
     * @throws IllegalArgumentException if the text has half a surrogate pair
     */
    public static byte[] encode(String what, String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " has half a surrogate pair, which UTF-8 cannot express", e);
        }
    }
}
