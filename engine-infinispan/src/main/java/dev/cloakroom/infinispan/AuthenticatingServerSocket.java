package dev.cloakroom.infinispan;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * A server socket that hands out a connection only when its TLS handshake is done. JGroups does the handshake of one
 * connection after the other, on the thread that accepts them, so a few strangers who connect and say nothing would keep
 * nodes from joining. Here each has two seconds, beside the others, and JGroups never sees them.
 */
final class AuthenticatingServerSocket extends ServerSocket {

    private static final int PATIENCE_MILLIS = (int) Duration.ofSeconds(2).toMillis();
    private static final int AT_A_TIME = 256;

    private final SSLServerSocket listener;
    private final BlockingQueue<Socket> ready = new LinkedBlockingQueue<>();
    private final ThreadPoolExecutor handshakes = new ThreadPoolExecutor(
            0, AT_A_TIME, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> daemon(task, "handshake"));

    private boolean accepting;

    AuthenticatingServerSocket(SSLServerSocket listener) throws IOException {
        this.listener = listener;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "cloakroom-infinispan-" + name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Socket accept() throws IOException {
        synchronized (this) {
            if (!accepting) {
                accepting = true;
                daemon(this::acceptAll, "accept").start();
            }
        }
        try {
            Socket socket = ready.take();
            if (socket.isClosed()) {
                // Passed on to whoever else waits.
                ready.add(socket);
                throw new SocketException("the socket is closed");
            }
            return socket;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        }
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                SSLSocket socket = (SSLSocket) listener.accept();
                try {
                    handshakes.execute(() -> greet(socket));
                } catch (RejectedExecutionException e) {
                    socket.close();
                }
            } catch (IOException e) {
                // Closed, or this one connection failed.
            }
        }
        Socket end = new Socket();
        try {
            end.close();
        } catch (IOException e) {
            // It was never open.
        }
        ready.add(end);
    }

    private void greet(SSLSocket socket) {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.startHandshake();
            socket.setSoTimeout(0);
            ready.add(socket);
        } catch (IOException e) {
            try {
                socket.close();
            } catch (IOException closing) {
                // It is of no use any more, whatever it says.
            }
        }
    }

    @Override
    public void bind(SocketAddress endpoint) throws IOException {
        listener.bind(endpoint);
    }

    @Override
    public void bind(SocketAddress endpoint, int backlog) throws IOException {
        listener.bind(endpoint, backlog);
    }

    @Override
    public InetAddress getInetAddress() {
        return listener.getInetAddress();
    }

    @Override
    public int getLocalPort() {
        return listener.getLocalPort();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return listener.getLocalSocketAddress();
    }

    @Override
    public boolean isBound() {
        return listener.isBound();
    }

    @Override
    public boolean isClosed() {
        return listener.isClosed();
    }

    @Override
    public synchronized void setReceiveBufferSize(int size) throws SocketException {
        listener.setReceiveBufferSize(size);
    }

    @Override
    public synchronized int getReceiveBufferSize() throws SocketException {
        return listener.getReceiveBufferSize();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        listener.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return listener.getReuseAddress();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        handshakes.shutdown();
    }

    @Override
    public String toString() {
        return "AuthenticatingServerSocket[" + listener.getLocalSocketAddress() + "]";
    }
}
