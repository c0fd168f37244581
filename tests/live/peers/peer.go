// peer.go - the arguments of blocking.py, with Go.
package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"os"
	"strconv"
)

var versions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11,
	"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func must(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

func answer(c net.Conn) {
	defer c.Close()
	if _, err := c.Read(make([]byte, 1000)); err == nil {
		c.Write([]byte("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n"))
	}
}

func serve(port, cert, key, config string) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	must(err)
	c := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10,
		NextProtos: []string{"http/1.1"}}
	if config == "noticket" {
		c.SessionTicketsDisabled = true
	}
	if config == "retry" {
		c.CurvePreferences = []tls.CurveID{tls.CurveP384}
	}
	listener, err := tls.Listen("tcp", ":"+port, c)
	must(err)
	for {
		connection, err := listener.Accept()
		must(err)
		go answer(connection)
	}
}

func connect(address, port, name, version string, times int) {
	c := &tls.Config{InsecureSkipVerify: true, ServerName: name, MinVersion: versions[version],
		MaxVersion: versions[version], NextProtos: []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	for ; times > 0; times-- {
		s, err := tls.Dial("tcp", net.JoinHostPort(address, port), c)
		must(err)
		s.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
		io.ReadAll(s)
		state := s.ConnectionState()
		for text, number := range versions {
			if number == state.Version {
				version = text
			}
		}
		json.NewEncoder(os.Stdout).Encode(map[string]any{"version": version,
			"cipher": tls.CipherSuiteName(state.CipherSuite), "resumed": state.DidResume})
		s.Close()
	}
}

func main() {
	a := os.Args[1:]
	if a[0] == "server" {
		serve(a[1], a[2], a[3], a[4])
	} else {
		times, err := strconv.Atoi(a[5])
		must(err)
		connect(a[1], a[2], a[3], a[4], times)
	}
}
