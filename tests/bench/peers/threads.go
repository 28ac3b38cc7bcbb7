// What tests/bench/threads measures, with goroutines on one processor: go run threads.go
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
)

func cpu() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func resident() int {
	text, _ := os.ReadFile("/proc/self/statm")
	var pages int
	fmt.Sscan(strings.Fields(string(text))[1], &pages)
	return pages * 4096
}

func report(name string, began float64, operations int) {
	fmt.Printf("%-16s %.1f ns\n", name, (cpu()-began)/float64(operations)*1e9)
}

func yield() {
	const threads, turns = 100, 50_000
	done := make(chan bool)
	began := cpu()
	for i := 0; i < threads; i++ {
		go func() {
			for turn := 0; turn < turns; turn++ {
				runtime.Gosched()
			}
			done <- true
		}()
	}
	for i := 0; i < threads; i++ {
		<-done
	}
	report("yield", began, threads*turns)
}

func ring() {
	const threads, laps = 1000, 2000
	places := make([]chan bool, threads)
	for i := range places {
		places[i] = make(chan bool, 1)
	}
	done := make(chan bool)
	for i := 0; i < threads; i++ {
		go func(mine, following chan bool, last bool) {
			for lap := 0; lap < laps; lap++ {
				<-mine
				following <- true
			}
			if last {
				<-mine
				done <- true
			}
		}(places[i], places[(i+1)%threads], i == 0)
	}
	began := cpu()
	places[0] <- true
	<-done
	report("ring", began, threads*laps)
}

func spawnJoin() {
	const rounds = 300_000
	done := make(chan bool)
	began := cpu()
	for i := 0; i < rounds; i++ {
		go func() { done <- true }()
		<-done
	}
	report("spawn_join", began, rounds)
}

func handOver() {
	const rounds = 500_000
	ping, pong := make(chan bool, 1), make(chan bool, 1)
	go func() {
		for i := 0; i < rounds; i++ {
			<-ping
			pong <- true
		}
	}()
	began := cpu()
	for i := 0; i < rounds; i++ {
		ping <- true
		<-pong
	}
	report("hand_over", began, 2*rounds)
}

func blockedMemory() {
	const threads = 100_000
	gate, arrived := make(chan bool), make(chan bool)
	before := resident()
	for i := 0; i < threads; i++ {
		go func() {
			arrived <- true
			<-gate
		}()
	}
	for i := 0; i < threads; i++ {
		<-arrived
	}
	fmt.Printf("%-16s %.1f bytes\n", "blocked_memory", float64(resident()-before)/threads)
	close(gate)
}

func main() {
	runtime.GOMAXPROCS(1)
	blockedMemory()
	yield()
	ring()
	spawnJoin()
	handOver()
}
