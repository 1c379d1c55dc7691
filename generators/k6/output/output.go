// Package output is the k6 output `perfbed`: one row of CSV for each request, instead of k6's nine.
//
// k6's own CSV output tells a request in nine rows and makes a map of the tags for each of them, which costs a generator about as much
// as a third of the request itself. Here a request is one row, and the text of its tags is made once for each set of tags.
package output

import (
	"bufio"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/lib/netext/httpext"
	"go.k6.io/k6/metrics"
	k6output "go.k6.io/k6/output"
)

// Version of the format. It is part of the output's name, so that perfbed never takes one for another.
const (
	name   = "perfbed1"
	header = "metric_name,timestamp,metric_value,failed,sending,waiting,blocked,status,error_code,scenario,name,metadata\n"
)

const (
	flushPeriod = time.Second
	bufferBytes = 256 * 1024
	// Scripts that put ids into names make a new set of tags for each request: the kept texts are then thrown away now and then.
	maxTagTexts = 20_000
	// Of the own metrics of scripts only these are of interest.
	ownPrefix = "perfbed_"
)

func init() {
	k6output.RegisterExtension(name, New)
}

// Output writes rows in the order in which k6 has made the samples:
//
//	http_req,<end, µs>,<duration, ms>,<0 or 1>,<sending, ms>,<waiting, ms>,<blocked, ms>,<status>,<error_code>,<scenario>,<name>,<metadata>
//	<metric>,<time, µs>,<value>,,,,,,,<scenario>,,<metadata>    iterations, iteration_duration, dropped_iterations, failed checks, perfbed_*
//	end,<time, µs>,<http_req rows in the file>,,,,,,,,,          the last row: without it the file is not whole
type Output struct {
	k6output.SampleBuffer

	logger   logrus.FieldLogger
	path     string
	file     io.WriteCloser
	writer   *bufio.Writer
	flusher  *k6output.PeriodicFlusher
	row      []byte
	keys     []string
	requests int64
	failed   error

	requestTags map[*metrics.TagSet][]byte
	sampleTags  map[*metrics.TagSet][]byte
	wanted      map[*metrics.Metric]bool
}

var _ k6output.Output = &Output{}

// New makes the output for `--out=perfbed1=FILE`.
func New(params k6output.Params) (k6output.Output, error) {
	file, err := params.FS.Create(params.ConfigArgument)
	if err != nil {
		return nil, err
	}
	return &Output{
		logger:      params.Logger.WithField("output", name),
		path:        params.ConfigArgument,
		file:        file,
		writer:      bufio.NewWriterSize(file, bufferBytes),
		requestTags: map[*metrics.TagSet][]byte{},
		sampleTags:  map[*metrics.TagSet][]byte{},
		wanted:      map[*metrics.Metric]bool{},
	}, nil
}

// Description names the output and its file.
func (o *Output) Description() string {
	return name + " (" + o.path + ")"
}

// Start writes the header and begins to write once a second.
func (o *Output) Start() error {
	if _, err := o.writer.WriteString(header); err != nil {
		return err
	}
	if err := o.writer.Flush(); err != nil {
		return err
	}
	flusher, err := k6output.NewPeriodicFlusher(flushPeriod, o.flush)
	o.flusher = flusher
	return err
}

// Stop writes what is left, and the row that says that the file is whole.
func (o *Output) Stop() error {
	o.flusher.Stop()
	o.row = append(o.row[:0], "end,"...)
	o.row = strconv.AppendInt(o.row, time.Now().UnixMicro(), 10)
	o.row = append(o.row, ',')
	o.row = strconv.AppendInt(o.row, o.requests, 10)
	o.row = append(o.row, ",,,,,,,,,\n"...)
	o.write()
	o.note(o.writer.Flush())
	o.note(o.file.Close())
	return o.failed
}

func (o *Output) flush() {
	for _, container := range o.GetBufferedSamples() {
		if trail, ok := container.(*httpext.Trail); ok {
			o.request(trail)
			continue
		}
		for _, sample := range container.GetSamples() {
			o.sample(&sample)
		}
	}
	o.note(o.writer.Flush())
}

func (o *Output) request(trail *httpext.Trail) {
	row := append(o.row[:0], "http_req,"...)
	row = strconv.AppendInt(row, trail.EndTime.UnixMicro(), 10)
	row = append(row, ',')
	row = appendMilliseconds(row, trail.Duration)
	switch {
	case !trail.Failed.Valid:
		row = append(row, ',', ',')
	case trail.Failed.Bool:
		row = append(row, ',', '1', ',')
	default:
		row = append(row, ',', '0', ',')
	}
	row = appendMilliseconds(row, trail.Sending)
	row = append(row, ',')
	row = appendMilliseconds(row, trail.Waiting)
	row = append(row, ',')
	row = appendMilliseconds(row, trail.Blocked)
	row = append(row, textOf(o.requestTags, trail.Tags, "status", "error_code", "scenario", "name")...)
	row = append(row, ',')
	o.row = o.endOfRow(row, trail.Metadata)
	o.requests++
	o.write()
}

func (o *Output) sample(sample *metrics.Sample) {
	wanted, known := o.wanted[sample.Metric]
	if !known {
		wanted = isWanted(sample.Metric.Name)
		o.wanted[sample.Metric] = wanted
	}
	// Of checks, those that failed.
	if !wanted || (sample.Metric.Name == metrics.ChecksName && sample.Value != 0) {
		return
	}
	row := append(o.row[:0], sample.Metric.Name...)
	row = append(row, ',')
	row = strconv.AppendInt(row, sample.Time.UnixMicro(), 10)
	row = append(row, ',')
	row = strconv.AppendFloat(row, sample.Value, 'f', 6, 64)
	row = append(row, ",,,,,,"...)
	row = append(row, textOf(o.sampleTags, sample.Tags, "scenario", "name")...)
	row = append(row, ',')
	o.row = o.endOfRow(row, sample.Metadata)
	o.write()
}

func isWanted(metric string) bool {
	switch metric {
	case metrics.IterationsName, metrics.IterationDurationName, metrics.DroppedIterationsName, metrics.ChecksName:
		return true
	default:
		return strings.HasPrefix(metric, ownPrefix)
	}
}

// textOf gives `,value,value…` for the tags of that names.
func textOf(texts map[*metrics.TagSet][]byte, tags *metrics.TagSet, names ...string) []byte {
	if text, ok := texts[tags]; ok {
		return text
	}
	if len(texts) >= maxTagTexts {
		clear(texts)
	}
	var text []byte
	for _, name := range names {
		value, _ := tags.Get(name)
		text = appendField(append(text, ','), value)
	}
	texts[tags] = text
	return text
}

// endOfRow appends the metadata as k6's own CSV output does, `key=value&key=value`, sorted by key.
func (o *Output) endOfRow(row []byte, metadata map[string]string) []byte {
	if len(metadata) > 0 {
		o.keys = o.keys[:0]
		for key := range metadata {
			o.keys = append(o.keys, key)
		}
		sort.Strings(o.keys)
		var text strings.Builder
		for index, key := range o.keys {
			if index > 0 {
				text.WriteByte('&')
			}
			text.WriteString(key)
			text.WriteByte('=')
			text.WriteString(metadata[key])
		}
		row = appendField(row, text.String())
	}
	return append(row, '\n')
}

func (o *Output) write() {
	if o.failed != nil {
		return
	}
	_, err := o.writer.Write(o.row)
	o.note(err)
}

// note keeps and tells the first error. Nothing is written after it: a row that lacks its neighbours helps nobody.
func (o *Output) note(err error) {
	if err == nil || o.failed != nil {
		return
	}
	o.failed = err
	o.logger.WithError(err).Error("the samples cannot be written")
}

// appendMilliseconds writes all that a duration knows: nanoseconds, as milliseconds with six places.
func appendMilliseconds(row []byte, duration time.Duration) []byte {
	if duration < 0 {
		duration = 0
	}
	row = strconv.AppendInt(row, int64(duration/time.Millisecond), 10)
	rest := int64(duration % time.Millisecond)
	if rest == 0 {
		return row
	}
	row = append(row, '.')
	for place := int64(100_000); place > 0; place /= 10 {
		row = append(row, byte('0'+rest/place%10))
	}
	return row
}

// appendField quotes where CSV needs it.
func appendField(row []byte, value string) []byte {
	if !strings.ContainsAny(value, "\",\r\n") {
		return append(row, value...)
	}
	row = append(row, '"')
	row = append(row, strings.ReplaceAll(value, `"`, `""`)...)
	return append(row, '"')
}
