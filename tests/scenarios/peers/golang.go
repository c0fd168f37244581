// golang.go - a Go server that echoes, and a Go client that sends, both as a test sets them up:
//
//	golang server ADDRESS CONFIG | golang client ADDRESS CONFIG
//
// CONFIG is JSON. The server prints "listening" when it does; the client "ok" or why not.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

type config struct {
	Cert, Key, CA, Name, Version, Suite string
	Trust, Demand, Listen               bool // trust anybody; demand a client's certificate; only read
	Refuse                              bool // any certificate, with an error of its own type
	Times, Lines, Pause                 int  // connections; lines each; milliseconds between
	Patience                            int  // milliseconds for a handshake
	Protocols                           []string
	Curves                              []tls.CurveID
}

var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

type refusal struct{}

func (refusal) Error() string { return "not to my liking" }

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func (c *config) tls() *tls.Config {
	t := &tls.Config{ServerName: c.Name, InsecureSkipVerify: c.Trust, MinVersion: tls.VersionTLS12,
		NextProtos: c.Protocols, CurvePreferences: c.Curves}
	if c.Version != "" {
		t.MinVersion, t.MaxVersion = versions[c.Version], versions[c.Version]
	}
	for _, s := range tls.CipherSuites() {
		if s.Name == c.Suite {
			t.CipherSuites = []uint16{s.ID}
		}
	}
	if c.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		must(err)
		t.Certificates = []tls.Certificate{pair}
	}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		must(err)
		t.RootCAs = x509.NewCertPool()
		t.RootCAs.AppendCertsFromPEM(pem)
		t.ClientCAs = t.RootCAs
	}
	if c.Refuse {
		t.VerifyConnection = func(tls.ConnectionState) error { return refusal{} }
	}
	if c.Demand {
		t.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return t
}

func (c *config) serve(address string) {
	l, err := tls.Listen("tcp", address, c.tls())
	must(err)
	fmt.Println("listening")
	for {
		s, err := l.Accept()
		must(err)
		go func() {
			io.Copy(s, s)
			s.Close()
		}()
	}
}

func (c *config) talk(address string) error {
	patience := time.Duration(c.Patience) * time.Millisecond
	s, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", address, c.tls())
	if err != nil {
		return err
	}
	defer s.Close()
	if c.Listen {
		_, err = io.Copy(io.Discard, s)
		return err
	}
	line := []byte("hello there\n")
	for i := 0; i < c.Lines; i++ {
		if _, err = s.Write(line); err == nil {
			_, err = io.ReadFull(s, make([]byte, len(line)))
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(c.Pause) * time.Millisecond)
	}
	return nil
}

func main() {
	c := config{Times: 1, Lines: 1, Patience: 10000}
	must(json.Unmarshal([]byte(os.Args[3]), &c))
	if os.Args[1] == "server" {
		c.serve(os.Args[2])
	}
	for i := 0; i < c.Times; i++ {
		must(c.talk(os.Args[2]))
	}
	fmt.Println("ok")
}
