package com.example;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.key.KeyRing;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** A program of somebody who has one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Attribute<String> name = Attribute.ofString("name");
        try (SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .store(InfinispanSessionStore.builder()
                        .clusterName("consumer")
                        .port(port)
                        .peers("127.0.0.1:" + port)
                        .clusterKey(new byte[] {
                            3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5
                        })
                        .build())
                .build()) {
            Session session = engine.open((String) null);
            session.put(name, "Ada");
            session.login("ada");
            List<String> cookies = engine.commit(session);
            String cookie = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
            if (!"Ada".equals(engine.open(cookie).get(name))) {
                throw new IllegalStateException("the session is not found");
            }
        }
        System.out.println("engine-infinispan on the class path: ok");
    }
}
