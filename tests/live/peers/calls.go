// calls.go - a TLS client that tells each of its calls that moves plaintext.
//
//	calls PORT     every kind of call and of end, one connection
//	many PORT      three connections in turn in one goroutine
//	both PORT      one goroutine writes while another one reads
//	stack PORT     a buffer on a stack that is moved while the call waits
//	long PORT      writes and reads for two seconds
//	inside CERTIFICATE KEY    TLS inside TLS, both in this process: the outer one's calls
//	alert PORT     reads until the server refuses
//
// It begins when its input ends, so that a tracer knows the file. The server sends back what it gets. A line a call, as of calls.c:
// "LOCAL-PORT CALL ASKED BYTES", or "LOCAL-PORT CALL ASKED - ERROR".
package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unsafe"
)

var lock sync.Mutex

// A connection that tells; what is inside of one counts as one too.
type told struct {
	*tls.Conn
	port string
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (t told) tell(call string, asked, n int, err error) {
	lock.Lock()
	defer lock.Unlock()
	if op, ok := err.(*net.OpError); ok && op.Op != "remote error" {
		err = op.Err
	}
	if n > 0 || err == nil {
		fmt.Println(t.port, "Conn."+call, asked, n)
	} else {
		fmt.Println(t.port, "Conn."+call, asked, "-", strings.ReplaceAll(err.Error(), " ", "_"))
	}
}

func (t told) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.tell("Read", len(b), n, err)
	return n, err
}

func (t told) Write(b []byte) (int, error) {
	n, err := t.Conn.Write(b)
	t.tell("Write", len(b), n, err)
	return n, err
}

func over(under net.Conn) told {
	c := tls.Client(under, &tls.Config{InsecureSkipVerify: true})
	must(c.Handshake())
	_, port, err := net.SplitHostPort(under.LocalAddr().String())
	must(err)
	return told{c, port}
}

func connect(port string) told {
	under, err := net.Dial("tcp", "127.0.0.1:"+port)
	must(err)
	return over(under)
}

func (t told) echo(size int) {
	_, err := t.Write(make([]byte, size))
	must(err)
	t.take(size)
}

func (t told) take(size int) {
	for b := make([]byte, 7000); size > 0; {
		n, err := t.Read(b)
		must(err)
		size -= n
	}
}

func (t told) hangUp() {
	must(t.CloseWrite())
	t.Read(make([]byte, 100)) // EOF
	t.Close()
}

func calls(port string) {
	t := connect(port)
	t.echo(1)
	t.echo(300)
	t.echo(20000) // two records
	t.Write(nil)
	t.Read(nil)
	must(t.SetReadDeadline(time.Now().Add(time.Millisecond)))
	t.Read(make([]byte, 50))
	must(t.SetReadDeadline(time.Time{}))
	must(t.CloseWrite())
	t.Write(make([]byte, 7)) // after the end
	t.Read(make([]byte, 100))
	t.Close()
}

func many(port string) {
	t := [3]told{connect(port), connect(port), connect(port)}
	for size := 10; size < 40; size += 10 {
		for i := range t {
			t[i].echo(size + i)
		}
	}
	for i := range t {
		t[i].hangUp()
	}
}

func both(port string) {
	t, done := connect(port), make(chan bool)
	go func() { t.take(100 * 50); done <- true }()
	for i := 0; i < 50; i++ {
		_, err := t.Write(make([]byte, 100))
		must(err)
	}
	<-done
	t.hangUp()
}

// In a goroutine of its own, whose stack has to grow, and so is moved, in the call itself.
func (t told) readOnStack(done chan bool) {
	var b [200]byte
	before := uintptr(unsafe.Pointer(&b))
	n, err := t.Conn.Read(b[:])
	if before == uintptr(unsafe.Pointer(&b)) {
		must(errors.New("the stack was not moved"))
	}
	t.tell("Read", len(b), n, err)
	done <- true
}

func stack(port string) {
	t, done, text := connect(port), make(chan bool), []byte("moved ")
	for len(text) < 200 {
		text = append(text, "abcd"...)
	}
	t.Write(text[:200])
	go t.readOnStack(done)
	<-done
	t.hangUp()
}

// A server of TLS inside TLS.
func serveInside(listener net.Listener, config *tls.Config) {
	under, err := listener.Accept()
	must(err)
	outer := tls.Server(under, config)
	inner := tls.Server(outer, config)
	b := make([]byte, 1000)
	n, err := io.ReadAtLeast(inner, b, 30)
	must(err)
	_, err = inner.Write(b[:n])
	must(err)
	inner.Read(b)
	must(inner.CloseWrite())
	io.Copy(io.Discard, outer)
	outer.Close()
}

func inside(cert, key string) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	must(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go serveInside(listener, &tls.Config{Certificates: []tls.Certificate{pair}})
	outer := connect(fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
	inner := tls.Client(outer, &tls.Config{InsecureSkipVerify: true})
	_, err = inner.Write(make([]byte, 30))
	must(err)
	_, err = io.ReadFull(inner, make([]byte, 30))
	must(err)
	must(inner.CloseWrite())
	inner.Read(make([]byte, 1))
	outer.hangUp()
}

func long(port string) {
	t := connect(port)
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		t.echo(1)
	}
	t.hangUp()
}

func refused(port string) {
	t := connect(port)
	t.Write(make([]byte, 100))
	t.Read(make([]byte, 100))
	t.Close()
}

func main() {
	io.Copy(io.Discard, os.Stdin)
	modes := map[string]func(string){"calls": calls, "many": many, "both": both, "stack": stack, "long": long, "alert": refused}
	if os.Args[1] == "inside" {
		inside(os.Args[2], os.Args[3])
	} else {
		modes[os.Args[1]](os.Args[2])
	}
}
