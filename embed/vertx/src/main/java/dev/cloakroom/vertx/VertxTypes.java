package dev.cloakroom.vertx;

import dev.cloakroom.AttributeType;
import dev.cloakroom.ValueTypes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.ClusterSerializable;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.handler.impl.UserHolder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The types of values that Vert.x has in sessions. */
final class VertxTypes {

    /** The class of users that Vert.x makes. It is written here, so no stored bytes choose a class. */
    private static final String USER_CLASS = "io.vertx.ext.auth.impl.UserImpl";

    private static final byte[] NO_USER = {};

    private VertxTypes() {}

    @SuppressWarnings("unchecked") // The one class of buffers that Vert.x makes.
    static ValueTypes.Builder builder() {
        Class<Buffer> bufferClass = (Class<Buffer>) Buffer.buffer().getClass();
        return ValueTypes.builder()
                .type(
                        JsonObject.class,
                        AttributeType.of(
                                "vertx/json-object", VertxTypes::encode, bytes -> new JsonObject(Buffer.buffer(bytes))))
                .type(
                        JsonArray.class,
                        AttributeType.of(
                                "vertx/json-array",
                                array -> array.toBuffer().getBytes(),
                                bytes -> new JsonArray(Buffer.buffer(bytes))))
                .type(bufferClass, AttributeType.of("vertx/buffer", Buffer::getBytes, Buffer::buffer))
                .type(UserHolder.class, AttributeType.of("vertx/user", VertxTypes::encode, VertxTypes::holder));
    }

    private static byte[] encode(JsonObject object) {
        return object.toBuffer().getBytes();
    }

    /** Returns the JSON of the user that a holder holds, or nothing. */
    private static byte[] encode(UserHolder holder) {
        JsonObject user = user(holder);
        return user == null ? NO_USER : encode(user);
    }

    /** Returns who is the user that a value of a session holds, or null. */
    static @Nullable String subject(@Nullable Object holder) {
        JsonObject json = holder instanceof UserHolder present ? user(present) : null;
        if (json == null) {
            return null;
        }
        User user = User.create(new JsonObject());
        Buffer buffer = Buffer.buffer();
        json.writeToBuffer(buffer);
        ((ClusterSerializable) user).readFromBuffer(0, buffer);
        return user.subject();
    }

    /** Returns the JSON of the user that a holder holds, or null. A holder gives it away only by its buffer. */
    private static @Nullable JsonObject user(UserHolder holder) {
        Buffer buffer = Buffer.buffer();
        holder.writeToBuffer(buffer);
        // Writing empties the holder of the request that goes on.
        holder.readFromBuffer(0, buffer);
        if (buffer.getByte(0) == 0) {
            return null;
        }
        int length = buffer.getInt(1);
        int content = 1 + Integer.BYTES + length;
        if (!buffer.getString(1 + Integer.BYTES, content).equals(USER_CLASS)) {
            throw new IllegalArgumentException("the user is of a class of the application");
        }
        JsonObject user = new JsonObject();
        user.readFromBuffer(content, buffer);
        return user;
    }

    private static UserHolder holder(byte[] bytes) {
        Buffer buffer = Buffer.buffer();
        if (bytes.length == 0) {
            buffer.appendByte((byte) 0);
        } else {
            byte[] name = USER_CLASS.getBytes(StandardCharsets.UTF_8);
            buffer.appendByte((byte) 1).appendInt(name.length).appendBytes(name);
            new JsonObject(Buffer.buffer(bytes)).writeToBuffer(buffer);
        }
        UserHolder holder = new UserHolder();
        holder.readFromBuffer(0, buffer);
        return holder;
    }
}
