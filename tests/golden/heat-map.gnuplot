# ulpscope 0.1.0: study seeds, figure adhoc
set encoding utf8
set xrange [-0.5:2.5]
set yrange [-0.5:1.5]
unset key
set border 3 lw 0.4 lc rgb '#404040'
set tics nomirror out scale 0.5, 0.25
set lmargin at screen 0.2600
set rmargin at screen 0.9506
set bmargin at screen 0.7391
set tmargin at screen 0.9747
set label 'arithmetic' at screen 0.0294, screen 0.8569 center rotate noenhanced
set label 'lr' at screen 0.6053, screen 0.6010 center noenhanced
set object rectangle from screen 0.2835, screen 0.5067 to screen 0.3306, screen 0.5404 fc rgb '#440154' fs solid border lc rgb '#808080' lw 0.4
set label '3.2e+03' at screen 0.3476, screen 0.5236 left noenhanced
set object rectangle from screen 0.2835, screen 0.4461 to screen 0.3306, screen 0.4798 fc rgb '#3b528b' fs solid border lc rgb '#808080' lw 0.4
set label '3.28e+03' at screen 0.3476, screen 0.4630 left noenhanced
set object rectangle from screen 0.2835, screen 0.3855 to screen 0.3306, screen 0.4192 fc rgb '#21918c' fs solid border lc rgb '#808080' lw 0.4
set label '3.35e+03' at screen 0.3476, screen 0.4024 left noenhanced
set object rectangle from screen 0.2835, screen 0.3249 to screen 0.3306, screen 0.3586 fc rgb '#5ec962' fs solid border lc rgb '#808080' lw 0.4
set label '3.42e+03' at screen 0.3476, screen 0.3418 left noenhanced
set object rectangle from screen 0.2835, screen 0.2643 to screen 0.3306, screen 0.2980 fc rgb '#fde725' fs solid border lc rgb '#808080' lw 0.4
set label '3.5e+03' at screen 0.3476, screen 0.2811 left noenhanced
set object rectangle from screen 0.2835, screen 0.2037 to screen 0.3306, screen 0.2374 fc rgb '#e4e4e4' fs solid border lc rgb '#808080' lw 0.4
set label 'none, or beyond the last step' at screen 0.3476, screen 0.2205 left noenhanced
set label 'colour: onset, median over data.seed' at screen 0.2600, screen 0.1576 left noenhanced
set label 'not drawn: 1 failed, 1 pending of 11 cells' at screen 0.2600, screen 0.0970 left noenhanced
set label 'no onset: 1 of 9 cells' at screen 0.2600, screen 0.0364 left noenhanced
set object rectangle from -0.5, -0.5 to 0.5, 0.5 fc rgb '#440154' fs solid border lc rgb '#ffffff' lw 0.6
set object rectangle from -0.5, 0.5 to 0.5, 1.5 fc rgb '#fde725' fs solid border lc rgb '#ffffff' lw 0.6
set object rectangle from 0.5, 0.5 to 1.5, 1.5 fc rgb '#e4e4e4' fs solid border lc rgb '#ffffff' lw 0.6
set object rectangle from 1.5, 0.5 to 2.5, 1.5 fc rgb '#e4e4e4' fs solid border lc rgb '#ffffff' lw 0.6
set label '3200' at 0, 0 center noenhanced tc rgb '#ffffff' front
set label '3500' at 0, 1 center noenhanced tc rgb '#000000' front
set label '> 6000' at 1, 1 center noenhanced tc rgb '#000000' front
set label '> 6000' at 2, 1 center noenhanced tc rgb '#000000' front
set xtics noenhanced ('1e-3' 0, '1e-2' 1, '1e-1' 2)
set ytics noenhanced ('binary32' 1, 'dec100' 0)
set terminal svg size 518, 362 fixed enhanced font 'Helvetica,17.2' linewidth 2.152 background '#ffffff'
set output ARG1
plot NaN notitle
set terminal pdfcairo size 8.5cm, 5.94cm enhanced font 'Helvetica,8' fontscale 0.75 linewidth 2
set output ARG2
replot
unset output
